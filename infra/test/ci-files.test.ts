import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const page = readFileSync(new URL('../../docs/how-to/keyless-ci.md', import.meta.url), 'utf8')
const files = [...page.matchAll(/```yaml\n([^`]*)```/g)].map(([, text = '']) => text)

test('the page has a file for each of three CI systems', () => {
  expect(files).toHaveLength(3)
})

describe.each(files.map((text, index) => [['GitHub Actions', 'GitLab', 'CircleCI'][index], text] as const))(
  'the file for %s',
  (_, text) => {
    test('is YAML', () => {
      expect(parse(text, { strict: true, uniqueKeys: true })).toBeTypeOf('object')
    })

    test('names no address but the one of the gateway', () => {
      const addresses = text.match(/https?:\/\/[^\s"']+/g) ?? []
      expect(addresses.filter((address) => !/^https:\/\/(?:[^@/]*@)?gateway\.example\.com/.test(address))).toEqual([])
    })

    test('verifies the checksum after the cache and the download, and before convox can start', () => {
      const [cache, download, verification, executable, start] = [
        text.search(/restore_cache|actions\/cache|^ +cache:/m),
        text.indexOf('curl -sSfL "$CONVOX_URL/$CONVOX_VERSION/convox-linux"'),
        text.indexOf('sha256sum --check --strict'),
        text.indexOf('chmod 755 convox'),
        text.indexOf('convox deploy'),
      ]
      expect([cache, download, verification, executable, start].every((at) => at > 0)).toBe(true)
      expect(Math.max(cache, download)).toBeLessThan(verification)
      expect(verification).toBeLessThan(executable)
      expect(executable).toBeLessThan(start)
    })

    test('deploys only the branch main', () => {
      expect(text).toMatch(/branches: \[main\]|if: \$CI_COMMIT_BRANCH == "main"|only: main/)
    })

    test('fixes the versions of actions and images', () => {
      for (const [, action = ''] of text.matchAll(/uses: (\S+)/g)) expect(action).toMatch(/@[0-9a-f]{40}$/)
      for (const [, image = ''] of text.matchAll(/(?:image|runs-on): (\S+)/g)) {
        expect(image).toMatch(/[\d:]/)
        expect(image).not.toMatch(/latest|current/)
      }
    })
  },
)
