import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test('the example of the README is a test that runs', () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
  expect(read('../README.md')).toContain(`\`\`\`ts\n${read('../src/example.integration.test.ts')}\`\`\`\n`)
})
