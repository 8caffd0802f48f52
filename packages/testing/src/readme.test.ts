import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const packages = fileURLToPath(new URL('../../', import.meta.url))
const exampleFiles = ['src/example.test.ts', 'src/example.integration.test.ts']

/**
 * A package's example is a test in its sources, so the compiler checks it and vitest runs it. This test checks that the
 * README shows that file. `vitest run --mode unit packages/testing/src/readme.test.ts -u` updates the README.
 */
test.each(packagesWithExample())('the README of $name shows its example', async ({ readme, example }) => {
  const text = readFileSync(readme, 'utf8')
  expect(text).toContain('```ts\n')
  const block = `\`\`\`ts\n${readFileSync(example, 'utf8')}\`\`\`\n`
  await expect(text.replace(/```ts\n.*?```\n/s, () => block)).toMatchFileSnapshot(readme)
})

function packagesWithExample() {
  return readdirSync(packages).flatMap((name) => {
    const example = exampleFiles.map((file) => `${packages}${name}/${file}`).find((path) => existsSync(path))
    return example === undefined ? [] : [{ name, example, readme: `${packages}${name}/README.md` }]
  })
}
