/** What can be picked from the library. */
export type MediaKind = 'image' | 'file'

/** What was picked. url is the public address, whole, with our host: letters may use it as it is. Sizes are of the picture as it is shown, 0 for files. */
export interface PickedMedia {
  id: string
  url: string
  width: number
  height: number
  alt: string
}

/** MediaPickerProps are those of MediaPicker.tsx: a drawer over the screen, loaded lazily. */
export interface MediaPickerProps {
  kind: MediaKind
  onPick: (m: PickedMedia) => void
  onClose: () => void
}
