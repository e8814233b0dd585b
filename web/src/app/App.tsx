import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { pageNonce } from '@/lib/csp'
import { Toasts } from '@/ui/toast'
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
        <Toasts />
        <UpdateBar />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  )
}
