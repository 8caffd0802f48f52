import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)

export function version(): string {
  const manifest: { readonly version: string } = load('@rack-gateway/gateway/package.json')
  return manifest.version
}
