import { Button } from '@mantine/core'
import { IconPhotoUp } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Media, once, uploadMedia } from '@/api'
import { ProblemAlert } from '@/ui/ProblemAlert'

/** UploadPicture takes a picture of this machine into the library of the account. */
export function UploadPicture({ onDone }: { onDone: (m: Media) => void }) {
  const { t } = useTranslation('builder')
  const file = useRef<HTMLInputElement>(null)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const upload = async (picture: File | undefined) => {
    if (!picture) return
    setBusy(true)
    setError(null)
    try {
      onDone(await uploadMedia({ body: picture, query: { filename: picture.name }, headers: once() }))
    } catch (e) {
      setError(e)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <input
        ref={file}
        type="file"
        accept="image/png,image/jpeg,image/gif,image/webp"
        hidden
        onChange={(e) => {
          void upload(e.currentTarget.files?.[0])
          e.currentTarget.value = ''
        }}
      />
      <Button variant="default" size="xs" loading={busy} leftSection={<IconPhotoUp size={16} aria-hidden />} onClick={() => file.current?.click()}>
        {t('picture.upload')}
      </Button>
      <ProblemAlert error={error} />
    </>
  )
}
