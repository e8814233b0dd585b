import { useNavigate, useSearch } from '@tanstack/react-router'
import { Contacts } from '@/contact/Contacts'
import type { ContactSearch } from '@/contact/routes'
import { ExportDrawer } from './ExportDrawer'

/** ExportContacts is the list of contacts with the drawer of the export open; the drawer has its own address. */
export function ExportContacts() {
  const filter = useSearch({ strict: false }) as ContactSearch
  const navigate = useNavigate()
  return (
    <>
      <Contacts />
      <ExportDrawer filter={filter} onClose={() => void navigate({ to: '/contacts', search: filter })} />
    </>
  )
}
