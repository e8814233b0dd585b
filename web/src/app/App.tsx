import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { pageNonce } from '@/lib/csp'
import { queryClient } from './queryClient'
import { router } from './router'
import { schemeManager } from './scheme'
import { cssVariables, theme } from './theme'
import { UpdateBar } from './UpdateBar'

export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      colorSchemeManager={schemeManager}
      getStyleNonce={pageNonce}
    >
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-right" limit={3} autoClose={5000} zIndex={500} />
        <UpdateBar />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  )
}
