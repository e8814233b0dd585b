import { QRCodeSVG } from 'qrcode.react'

interface Props {
  value: string
  size: number
  label: string
}

/** QrCode is always black on white, in the dark scheme too. Load it lazily. */
export default function QrCode({ value, size, label }: Props) {
  return <QRCodeSVG value={value} size={size} level="M" bgColor="#ffffff" fgColor="#000000" title={label} role="img" aria-label={label} />
}
