import type { RackRoute } from '@rack-gateway/convox-api'
import fc from 'fast-check'
import { usually } from './usually.ts'
import type { WireCall } from './wire-call.ts'

const commands = fc.oneof(
  fc.constantFrom(
    ...[
      'rake db:seed',
      '\'rake\'  "db:migrate"',
      'rake\tdb:seed',
      ' rake db:seed ',
      'bin/pre_release',
      'sleep 3600',
      'echo ""',
      "echo 'a b'",
    ],
    ...[
      'rake\xc2\xa0db:seed',
      'rake\xa0db:seed',
      'echo \xff\xfe',
      'echo \xc3\xa9',
      'echo \xc3\xa9\xff "\xe2\x82',
      'echo \\',
      "echo '",
      'echo "',
      'echo a\\ b',
    ],
    ...[
      'sh -c ls',
      'rake db:seed; sh',
      'a && b',
      '$(id)',
      '`id`',
      'echo "\\$"',
      'echo "\\x"',
      '',
      '\t',
      `echo ${'a'.repeat(2000)}`,
      'sleep 1e3',
      'sleep 00060',
    ],
  ),
  fc.stringMatching(/^[a-z'"\\ \t\x80-\xff]{0,24}$/),
)
const headerValue = fc.oneof(
  fc.constantFrom('true', 'false', '5s', '100', '', 'x, y', '\xc3\xa9', '\xff'),
  fc.stringMatching(/^[!-~\x80-\xff]{0,16}$/),
)

const strayHeader = fc.constantFrom<readonly [string, string]>(
  ...([
    ['Command', 'sh'],
    ['COMMAND', 'sh'],
    ['Com_mand', 'sh'],
    ['Command_', 'sh'],
    ['X-Command', 'sh'],
    ['Image', 'evil'],
    ['Environment', 'A=1'],
    ['Release', 'RAAAAAAAAAA'],
    ['Name', 'thirdapp'],
    ['Files', '/etc/passwd'],
    ['File', '/etc/passwd'],
    ['Url', 'https://evil.example'],
    ['Ack_by', 'root'],
    ['Convox-Actor', 'root'],
    ['X-Forwarded-User', 'root'],
    ['X-HTTP-Method-Override', 'DELETE'],
    ['X-Original-URL', '/system'],
    ['Connection', 'command'],
    ['Accept', 'application/json'],
    ['Accept', '*/*'],
    ['Content-Type', 'multipart/form-data; boundary=x'],
    ['Content-Type', 'text/plain'],
  ] as const),
)

export function headersFor({ headers }: RackRoute): fc.Arbitrary<WireCall['headers']> {
  const option =
    headers.length === 0
      ? fc.constant<WireCall['headers']>([])
      : fc.uniqueArray(
          fc
            .constantFrom(...headers)
            .chain((name) =>
              fc.tuple(
                fc.constantFrom(name, name.toLowerCase(), name.toUpperCase()),
                name === 'Command' ? commands : headerValue,
              ),
            ),
          { maxLength: 3, selector: ([name]) => name.toLowerCase() },
        )
  const command = headers.includes('Command')
    ? commands.map((text): WireCall['headers'] => [['Command', text]])
    : fc.constant<WireCall['headers']>([])
  const known = fc
    .tuple(option, command)
    .map(([some, one]) => [...one, ...some.filter(([name]) => one.length === 0 || name.toLowerCase() !== 'command')])
  return fc
    .tuple(
      known,
      usually(fc.constant<WireCall['headers']>([]), fc.array(strayHeader, { minLength: 1, maxLength: 2 }), 5),
    )
    .map((all) => all.flat())
}
