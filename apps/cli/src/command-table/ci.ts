import { command } from './definition.ts'
import { formatOf, jsonFlag, rackFlag } from './shared-flags.ts'

export const ciGroup = {
  name: 'ci',
  summary: 'let a CI job in, in return for its own OIDC token',
  examples: ['eval "export $(rack-gateway ci login https://gateway.example.com --rack staging)"'],
}

export const ciCommands = [
  command({
    name: 'ci login',
    summary: "print RACK_URL for the rest of a CI job, in return for the job's own OIDC token",
    examples: [
      'eval "export $(rack-gateway ci login https://gateway.example.com --rack staging)"',
      'rack-gateway ci login https://gateway.example.com >> "$GITHUB_ENV"     (GitHub Actions)',
      'echo "export $(rack-gateway ci login https://gateway.example.com)" >> "$BASH_ENV"     (CircleCI)',
      'rack-gateway ci login https://gateway.example.com --token-variable MY_ID_TOKEN',
    ],
    arguments: { url: { about: "the gateway's address; without it, RACK_GATEWAY_URL" } },
    flags: {
      trust: { about: 'the trust, where more than one matches', value: 'NAME' },
      tokenVariable: { about: "the variable with the job's OIDC token", value: 'NAME' },
      json: jsonFlag,
      rack: rackFlag,
    },
    waits: 'asking the gateway',
    run: async (context, { url = null, rack = null, trust = null, tokenVariable = null, json }) =>
      (await import('../commands/ci.ts')).ciLogin(context, {
        url,
        rack,
        trust,
        tokenVariable,
        format: formatOf(json),
      }),
  }),
]
