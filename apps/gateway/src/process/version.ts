import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)

/** The version in this package's own `package.json`. */
export function version(): string {
  const manifest: { readonly version: string } = load('@rack-gateway/gateway/package.json')
  return manifest.version
}
