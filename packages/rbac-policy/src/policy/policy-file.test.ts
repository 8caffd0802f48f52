import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { builtInPolicy, readPolicy, unblockedRoutes } from '../document/document.ts'
import { binding, call, principal } from '../testing/calls.ts'
import { type PolicyFile, type PolicyFileChange, readPolicyFile, watchPolicyFile } from './policy-file.ts'
import { createReplaceablePolicy } from './replaceable-policy.ts'

vi.mock('../document/document.ts', { spy: true })

const reader = 'version: 1\nroles: { reader: { permissions: [log:read] } }\n'
const broken = 'version: 1\nroles: { reader: { permissions: [log:raed] } }\n'
const never = 1_000_000

let directory = ''
let path = ''
const changes: PolicyFileChange[] = []
const errors: unknown[] = []
let watched: PolicyFile | null = null

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'policy-'))
  path = join(directory, 'policy.yaml')
  await writeFile(path, 'version: 1\n')
})
afterEach(async () => {
  watched?.stop()
  changes.length = 0
  errors.length = 0
  vi.mocked(readPolicy).mockClear()
  await rm(directory, { recursive: true })
})

async function note(change: PolicyFileChange): Promise<void> {
  changes.push(change)
}

function watch({ every = never, onChange = note } = {}) {
  const policy = createReplaceablePolicy(builtInPolicy(), {})
  const file = watchPolicyFile({ path, policy, onChange, onError: (error) => errors.push(error), every })
  watched = file
  return { policy, file }
}

describe('a policy file', () => {
  test('takes effect when it changes, and reports the change', async () => {
    const { policy, file } = watch()
    const before = policy.hash
    await file.reload()
    expect(changes).toEqual([])
    await writeFile(path, reader)
    await file.reload()
    expect(policy.roles.has('reader')).toBe(true)
    expect(changes).toEqual([{ kind: 'loaded', file: 'policy.yaml', policy: policy.hash, before, unblockedRoutes: [] }])
    const asked = call('WS /apps/{app}/logs')
    expect(policy.decide(principal([binding('reader')]), asked)).toMatchObject({
      effect: 'allow',
      source: 'policy.yaml:2',
      policy: policy.hash,
    })
  })

  test('shows another description of a role, without an event', async () => {
    const { policy, file } = watch()
    await writeFile(path, reader)
    await file.reload()
    const { hash } = policy
    changes.length = 0
    await writeFile(path, reader.replace('permissions', 'description: on call, permissions'))
    await file.reload()
    expect(policy.roles.get('reader')).toMatchObject({ description: 'on call' })
    expect([policy.hash, changes]).toEqual([hash, []])
  })

  test('is parsed only when it changed, although it is read each second', async () => {
    const { file } = watch()
    for (const [text, times] of [
      [reader, 1],
      [broken, 2],
    ] as const) {
      await writeFile(path, text)
      for (let look = 0; look < 3; look++) await file.reload()
      expect(vi.mocked(readPolicy)).toHaveBeenCalledTimes(times)
    }
  })

  test('is checked periodically', async () => {
    const { policy } = watch({ every: 5 })
    await writeFile(path, reader)
    await expect.poll(() => policy.roles.has('reader')).toBe(true)
  })

  test('leaves the old policy in force if it is invalid, and reports the problem once', async () => {
    const { policy, file } = watch()
    await writeFile(path, reader)
    await file.reload()
    const { hash } = policy
    await writeFile(path, broken)
    await file.reload()
    await file.reload()
    const problem = 'line 2, column 20: the role "reader" names the permission "log:raed", which does not exist'
    expect(policy.hash).toBe(hash)
    expect(file.problems()).toEqual([problem])
    expect(changes.slice(1)).toEqual([{ kind: 'rejected', file: 'policy.yaml', policy: hash, problems: [problem] }])
    await writeFile(path, reader)
    await file.reload()
    expect(file.problems()).toEqual([])
    expect(changes).toHaveLength(2)
  })

  test.each([
    ['that is empty', async () => writeFile(path, '')],
    ['that is gone', async () => rm(path)],
    ['that is a directory', async () => rm(path).then(async () => symlink(directory, path))],
    ['of megabytes', async () => writeFile(path, '#'.repeat(5_000_000))],
  ])('%s allows nothing new', async (_what, change) => {
    const { policy, file } = watch()
    const { hash } = policy
    await change()
    await file.reload()
    expect(policy.hash).toBe(hash)
    expect(file.problems()).toHaveLength(1)
    expect(changes).toMatchObject([{ kind: 'rejected' }])
  })

  test('behind a link that is replaced, as clusters mount them, is read again', async () => {
    const [one, other] = [join(directory, 'one.yaml'), join(directory, 'other.yaml')]
    await writeFile(one, 'version: 1\n')
    await writeFile(other, reader)
    await rm(path)
    await symlink(one, path)
    const { policy, file } = watch()
    await file.reload()
    await symlink(other, join(directory, 'next'))
    await rename(join(directory, 'next'), path)
    await file.reload()
    expect(policy.roles.has('reader')).toBe(true)
  })

  test('applies a change only after it could be recorded', async () => {
    let recorded = false
    const onChange = async () => {
      if (!recorded) throw new Error('no database')
    }
    const { policy, file } = watch({ onChange })
    const { hash } = policy
    await writeFile(path, reader)
    await file.reload()
    expect(policy.hash).toBe(hash)
    expect(errors).toMatchObject([{ message: 'no database' }])
    recorded = true
    await file.reload()
    expect(policy.hash).not.toBe(hash)
  })

  test('is read by one reload at a time', async () => {
    let [running, most] = [0, 0]
    const onChange = async () => {
      most = Math.max(most, ++running)
      await new Promise(setImmediate)
      running -= 1
    }
    const { policy, file } = watch({ onChange })
    await writeFile(path, reader)
    await Promise.all(Array.from({ length: 20 }, () => file.reload()))
    expect(most).toBe(1)
    expect(policy.roles.has('reader')).toBe(true)
  })

  test('reports the blocked operations that it allows', async () => {
    const { file } = watch()
    await writeFile(path, 'version: 1\nunblocked: [PUT /system]\n')
    await file.reload()
    expect(changes).toMatchObject([{ kind: 'loaded', unblockedRoutes: ['PUT /system'] }])
    expect(unblockedRoutes(builtInPolicy())).toEqual([])
  })
})

test('a start with an invalid file reports every problem with its line', async () => {
  await writeFile(path, broken)
  await expect(readPolicyFile(path)).rejects.toThrow(
    /policy\.yaml cannot be used: line 2, column 20: the role "reader"/,
  )
  await expect(readPolicyFile(join(directory, 'none'))).rejects.toThrow(/cannot be read \(ENOENT\)/)
})
