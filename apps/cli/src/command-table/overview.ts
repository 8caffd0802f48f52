import { firstWords } from './find-command.ts'
import { section, wrapped } from './help-text.ts'
import { commandTable } from './index.ts'

export const overviewExamples = [
  'rack-gateway login staging https://gateway.example.com',
  'rack-gateway apps',
  'rack-gateway ps -a myapp --rack staging',
  "rack-gateway run command 'rake stripe:prepare' -a myapp",
  'rack-gateway can releases promote -a myapp     (may I, and why?)',
  'rack-gateway --no-precheck deploy              (lets the gateway alone decide)',
  'rack-gateway --no-relay apps                   (lets convox go directly, which verifies no certificate)',
  'rack-gateway -- racks                          (convox\'s own "racks" instead of ours)',
]

export const overviewPurpose =
  'Run convox through a Rack Gateway, and manage logins, tokens, access, and the audit log.'

export const overviewUsage = [
  'rack-gateway [--rack NAME] COMMAND [flags]',
  'rack-gateway [--rack NAME] CONVOX-COMMAND …',
]

export const overviewText = [
  "Every command that isn't in the list below is convox's: it runs as you typed it, through the gateway.",
  'The rack is the first of: RACK_URL, --rack, GATEWAY_RACK, .convox/rack in this directory, the current one (switch).',
]

/** What `rack-gateway help` says. */
export function overview(columns: number): string {
  return [
    wrapped(overviewPurpose, columns).join('\n'),
    ['Usage:', ...overviewUsage.map((line) => `  ${line}`)].join('\n'),
    overviewText.flatMap((text) => wrapped(text, columns)).join('\n'),
    ...section('Commands', firstWords(commandTable), columns),
    ['Examples:', ...overviewExamples.map((line) => `  ${line}`)].join('\n'),
    wrapped(
      'More of one: rack-gateway help COMMAND. Exit codes and the shape of --json: man rack-gateway',
      columns,
    ).join('\n'),
  ].join('\n\n')
}
