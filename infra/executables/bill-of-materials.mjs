import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The command of the package, which the package does not export. */
const program = fileURLToPath(
  new URL('../bin/cyclonedx-esbuild-cli.js', import.meta.resolve('@cyclonedx/cyclonedx-esbuild')),
)

/**
 * Makes a bill of materials in CycloneDX 1.6. It contains only the packages in the bundle, with their license texts.
 *
 * @param metafile esbuild's metafile of the bundle
 * @param directory the base of the metafile's relative paths
 */
export function billOfMaterials(metafile, directory) {
  const scratch = mkdtempSync(join(tmpdir(), 'rack-gateway-bill-'))
  try {
    const [input, output] = [join(scratch, 'metafile.json'), join(scratch, 'bill.json')]
    writeFileSync(input, JSON.stringify(metafile))
    const options = ['--bwd', directory, '--output-reproducible', '--gather-license-texts', '--output-file', output]
    execFileSync(process.execPath, [program, ...options, input], { stdio: ['ignore', 'ignore', 'inherit'] })
    return JSON.parse(readFileSync(output, 'utf8'))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Entries of `process.versions` that are not components of Node: its own version, and those of interfaces and data. */
const nonComponents = new Set(['node', 'modules', 'napi', 'unicode', 'cldr', 'tz'])

/**
 * Adds the target's Node to the bundle's bill, with the components of Node and the text of their licenses.
 *
 * @param options `runtime` is the Node in the executable, and `preparer` is a Node of the same version that runs on
 *   this machine
 */
export function executableBill(bill, { target, runtime, version, preparer, license }) {
  const number = version.replace(/^v/, '')
  const reference = `pkg:generic/node@${number}?target=${target}`
  const versions = JSON.parse(execFileSync(preparer, ['-p', 'JSON.stringify(process.versions)'], { encoding: 'utf8' }))
  const component = {
    type: 'platform',
    'bom-ref': reference,
    name: 'node',
    version: number,
    description: `The Node in the executable for ${target}. Its components are those that process.versions of this Node version lists. The license text covers all components.`,
    purl: reference,
    hashes: [{ alg: 'SHA-256', content: createHash('sha256').update(readFileSync(runtime)).digest('hex') }],
    licenses: [{ license: { id: 'MIT' } }],
    evidence: {
      licenses: [{ license: { name: 'file: LICENSE', text: { content: license, contentType: 'text/plain' } } }],
    },
    components: Object.entries(versions)
      .filter(([name]) => !nonComponents.has(name))
      .map(([name, part]) => ({ type: 'library', 'bom-ref': `${reference}#${name}`, name, version: part })),
  }
  const { metadata, components = [], dependencies } = bill
  const root = metadata.component['bom-ref']
  return {
    ...bill,
    metadata: {
      ...metadata,
      properties: [...(metadata.properties ?? []), { name: 'rack-gateway:target', value: target }],
    },
    components: [...components, component],
    dependencies: [
      ...dependencies.map((one) =>
        one.ref === root ? { ...one, dependsOn: [...(one.dependsOn ?? []), reference].sort() } : one,
      ),
      { ref: reference },
    ],
  }
}
