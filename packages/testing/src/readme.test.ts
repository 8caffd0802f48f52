import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const packages = fileURLToPath(new URL('../../', import.meta.url))
const exampleFiles = ['src/example.test.ts', 'src/example.integration.test.ts']
const codeBlock = /^```(?:[cm]?[jt]sx?|javascript|typescript)\b.*?^```$/gims

/**
 * A package's example is a test in its sources, so the compiler checks it and vitest runs it. This test checks that the
 * README shows that file. `vitest run --mode unit packages/testing/src/readme.test.ts -u` updates the README.
 */
describe.each(readPackages())('the README of $name', ({ readme, text, examples }) => {
  test('has one code block, which is the example of the package', async () => {
    expect(examples).toHaveLength(1)
    expect(text.match(codeBlock)).toHaveLength(1)
    const example = readFileSync(examples[0] ?? '', 'utf8')
    await expect(text.replace(codeBlock, () => `\`\`\`ts\n${example}\`\`\``)).toMatchFileSnapshot(readme)
  })

  test('fits on one screen', () => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(60)
  })
})

function readPackages() {
  const names = readdirSync(packages).filter((name) => existsSync(`${packages}${name}/package.json`))
  return names.map((name) => {
    const readme = `${packages}${name}/README.md`
    const examples = exampleFiles.map((file) => `${packages}${name}/${file}`).filter((path) => existsSync(path))
    return { name, readme, text: readFileSync(readme, 'utf8'), examples }
  })
}
