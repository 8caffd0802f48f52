export interface ManifestService {
  readonly name: string
  /** `KEY` or `KEY=default`. */
  readonly environment: string[]
  scale: number
}

/** Reads the services of a convox.yml. Supports only the YAML of the demo rack's own manifests. */
export function readServices(manifest: string): ManifestService[] {
  const services: ManifestService[] = []
  let section = ''
  /** The key that the list items below belong to. */
  let listKey = ''
  for (const line of manifest.split('\n')) {
    const [, indent = '', key = '', value = ''] = /^( *)([\w-]+):\s*(.*)$/.exec(line) ?? []
    const item = /^ +- +(.+)$/.exec(line)?.[1]
    const service = services.at(-1)
    if (item !== undefined && listKey === 'environment') service?.environment.push(item)
    if (key === '') continue
    listKey = indent.length > 2 ? key : ''
    if (indent === '') section = key
    if (section !== 'services') continue
    if (indent.length === 2) services.push({ name: key, environment: [], scale: 1 })
    if (key === 'scale' && /^\d+$/.test(value) && service !== undefined) service.scale = Number(value)
  }
  return services
}
