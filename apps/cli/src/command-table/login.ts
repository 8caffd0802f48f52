import { Usage } from '../errors.ts'
import { asJson } from './as-json.ts'
import { command } from './definition.ts'
import { formatOf, jsonFlag, rackFlag } from './shared-flags.ts'

/** What has to do with being logged in, and with which rack is meant. */
export const loginCommands = [
  command({
    name: 'login',
    summary: 'log in to a gateway, and give one of its racks a name',
    examples: [
      'rack-gateway login staging https://gateway.example.com',
      'rack-gateway login staging                    (again, at the address that is known)',
      'rack-gateway login production https://gateway.example.com     (another rack there: no second login)',
      'rack-gateway login staging --no-browser       (over SSH: type a code into a browser elsewhere)',
      'rack-gateway login work https://gateway.example.com --as-rack staging --rack-only',
      'rack-gateway login staging --token - < token.txt',
      'rack-gateway login staging https://gateway.internal --ca company-ca.pem',
    ],
    arguments: {
      name: { about: 'what you call it', takes: 'needed', names: 'rack' },
      url: { about: "the gateway's address; known from the second time on" },
    },
    flags: {
      browser: {
        about: 'log in with a browser on this machine; --no-browser: by a code that you type into any browser',
        takes: 'either',
      },
      asRack: { about: "the gateway's name of the rack, where yours is another one", value: 'NAME' },
      rackOnly: { about: 'a session that is good for one rack alone' },
      token: { about: 'a token that you were given instead, or - to read it from stdin', value: 'TOKEN' },
      ca: {
        about:
          "a PEM file with the only authorities that may have signed the gateway's certificate, kept for this name",
        value: 'FILE',
      },
      insecure: { about: 'permit http:// to another machine' },
      json: jsonFlag,
    },
    run: async (context, { json, ...given }) => {
      const { login } = await import('../commands/login.ts')
      await asJson(context, json, (told) => login(told, given))
    },
  }),
  command({
    name: 'logout',
    summary: 'end a session, for every rack at its address, and forget its token',
    examples: ['rack-gateway logout staging', 'rack-gateway logout --all'],
    arguments: { name: { about: 'what you call the gateway', names: 'rack' } },
    flags: { all: { about: 'every session' }, json: jsonFlag },
    waits: 'ending the session at the gateway',
    run: async (context, { name, all, json }) => {
      const { logout } = await import('../commands/logout.ts')
      await asJson(context, json, async (told) => ({ loggedOut: await logout(told, loggedOut(name, all)) }))
    },
  }),
  command({
    name: 'racks',
    summary: 'list the racks that you have names for',
    examples: ['rack-gateway racks', 'rack-gateway racks --json'],
    flags: { json: jsonFlag },
    run: async (context, { json }) => (await import('../commands/racks.ts')).racks(context, { format: formatOf(json) }),
  }),
  command({
    name: 'switch',
    summary: 'choose the current rack, for every window that has no choice of its own',
    about:
      'A shell has its own in GATEWAY_RACK, a directory in .convox/rack, and a command in --rack; none of these is changed.',
    examples: ['rack-gateway switch production'],
    arguments: { name: { about: 'one of rack-gateway racks', takes: 'needed', names: 'rack' } },
    flags: { json: jsonFlag },
    run: async (context, { name, json }) => {
      const { switchRack } = await import('../commands/switch.ts')
      await asJson(context, json, async (told) => {
        await switchRack(told, name)
        return { current: name }
      })
    },
  }),
  command({
    name: 'whoami',
    summary: 'say who you are, what you may do, and when your token ends',
    examples: [
      'rack-gateway whoami',
      'rack-gateway whoami --rack production --json',
      'rack-gateway whoami --offline                 (what was last known)',
    ],
    flags: { offline: { about: 'what was last known, without asking' }, rack: rackFlag, json: jsonFlag },
    waits: 'asking the gateway',
    run: async (context, { rack = null, json, offline }) =>
      (await import('../commands/whoami.ts')).whoami(context, {
        rack,
        format: formatOf(json),
        ask: offline ? 'offline' : 'gateway',
      }),
  }),
  command({
    name: 'url',
    summary: 'print RACK_URL, with the token in it',
    examples: ['RACK_URL=$(rack-gateway url --rack staging) convox apps'],
    flags: { rack: rackFlag, json: jsonFlag },
    waits: 'renewing the session',
    run: async (context, { rack = null, json }) =>
      (await import('../commands/url.ts')).url(context, rack, formatOf(json)),
  }),
]

function loggedOut(name: string | undefined, all: boolean): { name: string } | 'all' {
  if (all && name !== undefined) throw new Usage('logout takes a name or --all:', 'keep one of them')
  if (!all && name === undefined)
    throw new Usage(
      'logout takes a name or --all:',
      'say which gateway to log out of: rack-gateway logout NAME, one of rack-gateway racks, or rack-gateway logout --all',
    )
  return name === undefined ? 'all' : { name }
}
