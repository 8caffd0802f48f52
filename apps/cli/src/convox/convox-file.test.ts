import { expect, test } from 'vitest'
import { findConvox, type Look, type ProcessSettings } from './convox-file.ts'

/** A machine with these files; what ends in ! can't be run. */
function found(place: Partial<ProcessSettings>, ...files: readonly string[]): string | null {
  const look: Look = (path) => (files.includes(path) ? 'program' : files.includes(`${path}!`) ? 'file' : 'nothing')
  return findConvox({ env: {}, platform: 'linux', cwd: '/home/ada/project', ...place }, look)
}

const windows = (env: NodeJS.ProcessEnv): Partial<ProcessSettings> => ({
  env,
  platform: 'win32',
  cwd: 'C:\\Users\\ada\\project',
})

test('the PATH’s first that can be run is taken, and told by its whole path', () => {
  const env = { PATH: '/none:/opt/bin:/usr/bin' }
  expect(found({ env }, '/opt/bin/convox', '/usr/bin/convox')).toBe('/opt/bin/convox')
  expect(found({ env }, '/opt/bin/convox!', '/usr/bin/convox')).toBe('/usr/bin/convox')
  expect(found({ env }, '/opt/bin/convox!')).toBe('/opt/bin/convox')
  expect(found({ env })).toBeNull()
  expect(found({ env: {} }, '/usr/bin/convox')).toBeNull()
})

test.each(['.', '', 'bin', './bin', '../bin'])('where somebody stands, nobody looks: %j on the PATH', (entry) => {
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

test('on Windows, too, which would look there first', () => {
  const here = 'C:\\Users\\ada\\project\\convox.cmd'
  const there = 'C:\\Program Files\\convox\\convox.exe'
  expect(found(windows({ Path: 'C:\\Program Files\\convox' }), here, there)).toBe(there)
  for (const PATH of ['.', '', ';', 'project', '\\Users\\ada\\project', 'C:project', 'C:'])
    expect([
      PATH,
      found(windows({ PATH }), here, 'convox.cmd', 'C:convox.cmd', '\\Users\\ada\\project\\convox.cmd'),
    ]).toEqual([PATH, null])
})

test('on Windows its ending is one of PATHEXT, in their order, in one directory after another', () => {
  const PATH = '"C:\\a b";\\\\server\\share'
  expect(found(windows({ PATH }), 'C:\\a b\\convox.cmd', 'C:\\a b\\convox.exe')).toBe('C:\\a b\\convox.exe')
  expect(found(windows({ PATH, PATHEXT: '.CMD;.EXE' }), 'C:\\a b\\convox.cmd', 'C:\\a b\\convox.exe')).toBe(
    'C:\\a b\\convox.cmd',
  )
  expect(found(windows({ PATH }), '\\\\server\\share\\convox.bat')).toBe('\\\\server\\share\\convox.bat')
  expect(found(windows({ PATH }), 'C:\\a b\\convox', 'C:\\a b\\convox.js')).toBeNull()
})

test('CONVOX_BIN names another one: by a name on the PATH, or by a path, from where the person stands', () => {
  const linux = (CONVOX_BIN: string) => ({ env: { CONVOX_BIN, PATH: '.:/usr/bin' } })
  expect(found(linux('convox3'), '/home/ada/project/convox3', '/usr/bin/convox3')).toBe('/usr/bin/convox3')
  expect(found(linux('./convox'), '/home/ada/project/convox')).toBe('/home/ada/project/convox')
  expect(found(linux('/opt/convox'), '/opt/convox!')).toBe('/opt/convox')
  expect(found(windows({ CONVOX_BIN: 'bin\\convox.exe' }), 'C:\\Users\\ada\\project\\bin\\convox.exe')).toBe(
    'C:\\Users\\ada\\project\\bin\\convox.exe',
  )
  expect(found(windows({ CONVOX_BIN: 'D:\\convox' }), 'D:\\convox.cmd')).toBe('D:\\convox.cmd')
})
