import { join } from 'node:path'
import { expect, test } from 'vitest'
import { clientConfigPath } from './client-path.ts'

const place = { platform: 'linux', home: '/home/ada', cwd: '/srv' } as const

test.each([
  [{}, '/home/ada/.config/rack-gateway/config.json'],
  [{ XDG_CONFIG_HOME: '/xdg' }, '/xdg/rack-gateway/config.json'],
  [{ XDG_CONFIG_HOME: 'relative' }, '/home/ada/.config/rack-gateway/config.json'],
  [{ XDG_CONFIG_HOME: '' }, '/home/ada/.config/rack-gateway/config.json'],
  [{ RACK_GATEWAY_CONFIG_DIR: '/own', XDG_CONFIG_HOME: '/xdg' }, '/own/config.json'],
  [{ RACK_GATEWAY_CONFIG_DIR: 'own' }, '/srv/own/config.json'],
  [{ RACK_GATEWAY_CONFIG_DIR: '' }, '/home/ada/.config/rack-gateway/config.json'],
  [{ APPDATA: '/appdata' }, '/home/ada/.config/rack-gateway/config.json'],
])('%j leads to %s', (env, path) => {
  expect(clientConfigPath({ ...place, env })).toBe(path)
})

test('on Windows the file is under APPDATA', () => {
  expect(clientConfigPath({ ...place, platform: 'win32', env: { APPDATA: '/appdata' } })).toBe(
    join('/appdata', 'rack-gateway', 'config.json'),
  )
})
