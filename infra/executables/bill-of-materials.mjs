import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Its command, which the package has beside what it exports. */
const program = fileURLToPath(
  new URL('../bin/cyclonedx-esbuild-cli.js', import.meta.resolve('@cyclonedx/cyclonedx-esbuild')),
)

/**
 * What a bundle was made of, as CycloneDX 1.6: only what is in it, with the texts of the licences.
 *
 * @param metafile esbuild's account of the bundle
 * @param directory that its paths are relative to
 * @param node the version of the Node that is shipped with it, such as `v24.1.0`; null for none
 */
export function billOfMaterials(metafile, directory, node) {
  const scratch = mkdtempSync(join(tmpdir(), 'rack-gateway-bill-'))
  try {
    const [input, output] = [join(scratch, 'metafile.json'), join(scratch, 'bill.json')]
    writeFileSync(input, JSON.stringify(metafile))
    const options = ['--bwd', directory, '--output-reproducible', '--gather-license-texts', '--output-file', output]
    execFileSync(process.execPath, [program, ...options, input], { stdio: ['ignore', 'ignore', 'inherit'] })
    const bill = JSON.parse(readFileSync(output, 'utf8'))
    return node === null ? bill : withNode(bill, node)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function withNode(bill, node) {
  const version = node.replace(/^v/, '')
  const reference = `pkg:generic/node@${version}`
  const component = {
    type: 'platform',
    'bom-ref': reference,
    name: 'node',
    version,
    purl: reference,
    licenses: [{ license: { id: 'MIT' } }],
  }
  const root = bill.metadata.component['bom-ref']
  return {
    ...bill,
    components: [...(bill.components ?? []), component],
    dependencies: [
      ...bill.dependencies.map((one) =>
        one.ref === root ? { ...one, dependsOn: [...(one.dependsOn ?? []), reference].sort() } : one,
      ),
      { ref: reference },
    ],
  }
}
