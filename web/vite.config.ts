import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

// In production the Go server fills the placeholders of index.html; `vite dev` fills them here.
function devTemplate(): Plugin {
  return {
    name: 'keruen:dev-template',
    apply: 'serve',
    transformIndexHtml: {
      order: 'pre',
      handler: (html) =>
        html
          .replaceAll('{{.Nonce}}', '')
          .replace('{{.Lang}}', 'ru')
          .replace('{{.Scheme}}', 'auto')
          .replace('<!--{{.Preloads}}-->', '')
          .replace('{{.Boot}}', 'null'),
    },
  }
}

const core = ['common', 'ui']

const parts = (names: string) => new RegExp(`node_modules/@mantine/core/esm/components/(${names})/`)

// The kit's parts that the door (sign-in, sign-up) needs; the others come with the cabinet.
const doorParts = parts(
  'Input|InputBase|TextInput|PasswordInput|Checkbox|Button|ActionIcon|UnstyledButton|Loader|Transition|Portal|CloseButton|Overlay|Paper|Skeleton|SegmentedControl|VisuallyHidden',
)

// Chunks that screens share. Without the groups the first screen pulls dozens of small files. A group takes what its modules
// import too, so the order of priority decides: what everybody needs goes first.
const groups = [
  { name: (id: string) => (core.includes(/src\/i18n\/\w\w\/(\w+)\.json/.exec(id)?.[1] ?? '') ? `lang-${/i18n\/(\w\w)/.exec(id)![1]}` : null) },
  { name: 'vendor', test: /node_modules\/(react|react-dom|scheduler|@tanstack\/(react-router|router-core|history|react-store|store|react-query|query-core)|i18next|react-i18next|get-nonce|use-sync-external-store)\// },
  { name: 'ui', test: (id: string) => doorParts.test(id) || /node_modules\/(@mantine\/(core\/esm\/(core|utils)|hooks|form|store)|clsx|react-transition-group)\//.test(id) },
  { name: 'base', test: /src\/(lib|api)\/|src\/app\/(session|useLang|langNames|queryClient|i18n|shell\/Mark)\./ },
  { name: 'door', test: /src\/access\/(GuestCard|PasswordField|enter|useCountdown|useKept)\.|src\/ui\/(useApiForm|toast)\.|node_modules\/valibot\// },
  // Menus, dialogs, lists to choose from: everything that floats.
  { name: 'layers', test: /node_modules\/(@mantine\/core|@floating-ui|tabbable|react-remove-scroll|react-remove-scroll-bar|tslib|aria-hidden|react-style-singleton|use-callback-ref|use-sidecar)\//, minShareCount: 2 },
  { name: 'parts', test: /web\/src\/(ui\/(?!Confirm|QrCode|JobCard|Wizard|DataTable|FilterBar|SelectionBar|TableSettings)|app\/nav\.)/, minShareCount: 2 },
  { name: 'icons', test: /@tabler\/icons-react/, minShareCount: 2 },
  // Tables: the first screen shows its own after everything else.
  { name: 'table', test: /web\/src\/ui\/(DataTable|FilterBar)\.|node_modules\/@tanstack\/(react-virtual|virtual-core)\// },
].map((g, i, all) => ({ ...g, priority: all.length - i }))

export default defineConfig({
  plugins: [react(), devTemplate()],
  resolve: { alias: { '@': '/src' } },
  server: { port: 5173, proxy: { '/api': 'http://127.0.0.1:8080', '/t': 'http://127.0.0.1:8080' } },
  build: {
    // scripts/finish.mjs moves the result to dist/, which a running `go build` must never see half empty.
    outDir: 'build',
    target: 'es2022',
    manifest: true,
    sourcemap: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 450,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups,
        },
      },
    },
  },
  test: { environment: 'jsdom', setupFiles: ['test/setup.ts'], include: ['test/**/*.test.{ts,tsx}', 'src/**/*.test.{ts,tsx}'], restoreMocks: true },
} as Parameters<typeof defineConfig>[0])
