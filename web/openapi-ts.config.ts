import { defineConfig } from '@hey-api/openapi-ts'

// The client is generated from the document that the Go server publishes; never edit src/api/gen by hand.
export default defineConfig({
  input: '../api/openapi.json',
  output: { path: 'src/api/gen' },
  plugins: [
    { name: '@hey-api/client-fetch', throwOnError: true },
    '@hey-api/typescript',
    { name: '@hey-api/sdk', responseStyle: 'data' },
    { name: '@tanstack/react-query', queryKeys: true, infiniteQueryOptions: true, mutationOptions: false },
  ],
})
