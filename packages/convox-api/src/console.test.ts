import { expect, test } from 'vitest'
import { type ConsoleRequest, rackInOrganization, readConsoleCall } from './console.ts'

const login = { rackHeader: null, hasSessionHeader: false }
const console = { rackHeader: null, hasSessionHeader: true }
const onRack = { rackHeader: 'acme/staging', hasSessionHeader: true }

function routeOf(line: string, headers: Pick<ConsoleRequest, 'rackHeader' | 'hasSessionHeader'>): string {
  const [method = '', path = ''] = line.split(' ')
  const call = readConsoleCall({ method, path, ...headers })
  if (call === null) return 'the rack'
  return [call.route ?? 'no route', call.rack].filter((part) => part !== null).join(', ')
}

test.each([
  ['GET /auth', login, 'GET /auth'],
  ['GET /auth', console, 'GET /auth'],
  ['GET /auth', onRack, 'the rack'],
  ['POST /auth', login, 'the rack'],
  ['WS /auth', login, 'the rack'],
  ['GET /racks', console, 'GET /racks'],
  ['GET /racks', login, 'the rack'],
  ['GET /racks', onRack, 'the rack'],
  ['GET /racks/acme/staging', login, 'GET /racks/{organization}/{rack}, acme/staging'],
  ['GET /racks/acme/staging', onRack, 'GET /racks/{organization}/{rack}, acme/staging'],
  ['POST /racks', console, 'no route'],
  ['WS /racks', console, 'no route'],
  ['PUT /racks/acme/staging', onRack, 'no route'],
  ['DELETE /racks/acme/staging', onRack, 'no route'],
  ['GET /racks/acme', console, 'no route'],
  ['GET /racks/acme/', console, 'no route'],
  ['GET /racks/acme/staging/', console, 'no route'],
  ['GET /racks/acme/staging/runtimes', onRack, 'no route'],
  ['POST /racks/acme/staging/install', console, 'no route'],
  ['GET /organizations/acme/runtimes', console, 'no route'],
  ['GET /organizations', console, 'no route'],
  ['GET /apps', onRack, 'the rack'],
  ['GET /racksx', console, 'the rack'],
  ['GET /machines', onRack, 'the rack'],
  ['GET /machines', login, 'the rack'],
  ['GET /machines', console, 'no route'],
  ['GET /system', console, 'the rack'],
])('%s with %o is for %s', (line, headers, expected) => {
  expect(routeOf(line, headers)).toBe(expected)
})

test.each([
  ['acme/staging', 'staging'],
  ['acme/', ''],
  ['acme//staging', '/staging'],
  ['acme/staging/x', 'staging/x'],
  ['staging', null],
  ['', null],
  ['acme', null],
  ['other/staging', null],
  ['Acme/staging', null],
  ['xacme/staging', null],
  ['acme/staging, acme/production', 'staging, acme/production'],
])('in the organization acme, %j names the rack %j', (name, rack) => {
  expect(rackInOrganization(name, 'acme')).toBe(rack)
})
