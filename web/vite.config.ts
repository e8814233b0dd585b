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

const core = ['common', 'shell', 'errors', 'ui']

// Chunks that every screen shares. Without the groups the first screen pulls dozens of small files.
function group(id: string): string | null {
  const lang = /src\/i18n\/(\w\w)\/(\w+)\.json/.exec(id)
  if (lang) return core.includes(lang[2]!) ? `lang-${lang[1]}` : null
  if (/node_modules\/(react|react-dom|scheduler|@tanstack|i18next|react-i18next|get-nonce|use-sync-external-store)\//.test(id)) {
    return id.includes('react-virtual') || id.includes('virtual-core') ? null : 'vendor'
  }
  return null
}

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
          groups: [
            { name: group },
            { name: 'icons', test: /@tabler\/icons-react/, minShareCount: 2 },
            { name: 'ui', test: /node_modules\/(@mantine\/(core|hooks|form|notifications)|clsx|@floating-ui|tabbable|react-remove-scroll|react-number-format|tslib|aria-hidden|react-style-singleton|use-callback-ref|use-sidecar)\//, minShareCount: 2 },
          ],
        },
      },
    },
  },
  test: { environment: 'jsdom', setupFiles: ['test/setup.ts'], include: ['test/**/*.test.{ts,tsx}', 'src/**/*.test.{ts,tsx}'], restoreMocks: true },
} as Parameters<typeof defineConfig>[0])
