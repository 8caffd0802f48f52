import { expect, test } from 'vitest'
import { findConvox, type Inspect, type ProcessSettings } from './convox-file.ts'

/** Finds convox on a machine with these files. A file with ! at its end is not executable. */
function found(settings: Partial<ProcessSettings>, ...files: readonly string[]): string | null {
  const inspect: Inspect = (path) =>
    files.includes(path) ? 'program' : files.includes(`${path}!`) ? 'file' : 'nothing'
  return findConvox({ env: {}, platform: 'linux', cwd: '/home/ada/project', ...settings }, inspect)
}

const windows = (env: NodeJS.ProcessEnv): Partial<ProcessSettings> => ({
  env,
  platform: 'win32',
  cwd: 'C:\\Users\\ada\\project',
})

test('the first executable on the PATH is found, with its absolute path', () => {
  const env = { PATH: '/none:/opt/bin:/usr/bin' }
  expect(found({ env }, '/opt/bin/convox', '/usr/bin/convox')).toBe('/opt/bin/convox')
  expect(found({ env }, '/opt/bin/convox!', '/usr/bin/convox')).toBe('/usr/bin/convox')
  expect(found({ env }, '/opt/bin/convox!')).toBe('/opt/bin/convox')
  expect(found({ env })).toBeNull()
  expect(found({ env: {} }, '/usr/bin/convox')).toBeNull()
})

test.each(['.', '', 'bin', './bin', '../bin'])('a relative directory on the PATH is not searched: %j', (entry) => {
  const here = [
    '/home/ada/project/convox',
    '/home/ada/project/bin/convox',
    '/home/ada/bin/convox',
    'convox',
    'bin/convox',
  ]
  expect(found({ env: { PATH: `${entry}:/usr/bin:${entry}` } }, ...here, '/usr/bin/convox')).toBe('/usr/bin/convox')
  expect(found({ env: { PATH: entry } }, ...here)).toBeNull()
})

test('the working directory is not searched on Windows, either', () => {
  const here = 'C:\\Users\\ada\\project\\convox.cmd'
  const there = 'C:\\Program Files\\convox\\convox.exe'
  expect(found(windows({ Path: 'C:\\Program Files\\convox' }), here, there)).toBe(there)
  for (const PATH of ['.', '', ';', 'project', '\\Users\\ada\\project', 'C:project', 'C:'])
    expect([
      PATH,
      found(windows({ PATH }), here, 'convox.cmd', 'C:convox.cmd', '\\Users\\ada\\project\\convox.cmd'),
    ]).toEqual([PATH, null])
})

test('on Windows, the extension is one of PATHEXT, in their order, in each directory', () => {
  const PATH = '"C:\\a b";\\\\server\\share'
  expect(found(windows({ PATH }), 'C:\\a b\\convox.cmd', 'C:\\a b\\convox.exe')).toBe('C:\\a b\\convox.exe')
  expect(found(windows({ PATH, PATHEXT: '.CMD;.EXE' }), 'C:\\a b\\convox.cmd', 'C:\\a b\\convox.exe')).toBe(
    'C:\\a b\\convox.cmd',
  )
  expect(found(windows({ PATH }), '\\\\server\\share\\convox.bat')).toBe('\\\\server\\share\\convox.bat')
  expect(found(windows({ PATH }), 'C:\\a b\\convox', 'C:\\a b\\convox.js')).toBeNull()
})

test('CONVOX_BIN is a name on the PATH, or a path relative to the working directory', () => {
  const linux = (CONVOX_BIN: string) => ({ env: { CONVOX_BIN, PATH: '.:/usr/bin' } })
  expect(found(linux('convox3'), '/home/ada/project/convox3', '/usr/bin/convox3')).toBe('/usr/bin/convox3')
  expect(found(linux('./convox'), '/home/ada/project/convox')).toBe('/home/ada/project/convox')
  expect(found(linux('/opt/convox'), '/opt/convox!')).toBe('/opt/convox')
  expect(found(windows({ CONVOX_BIN: 'bin\\convox.exe' }), 'C:\\Users\\ada\\project\\bin\\convox.exe')).toBe(
    'C:\\Users\\ada\\project\\bin\\convox.exe',
  )
  expect(found(windows({ CONVOX_BIN: 'D:\\convox' }), 'D:\\convox.cmd')).toBe('D:\\convox.cmd')
})
