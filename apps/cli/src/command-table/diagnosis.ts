import { command } from './definition.ts'
import { formatOf, jsonFlag, rackFlag } from './shared-flags.ts'

/** What is asked when something doesn't work. */
export const diagnosisCommands = [
  command({
    name: 'doctor',
    summary: 'find out why something does not work, and what to do',
    about:
      'Looks at the file, the network, the certificate, the clocks, the versions, the token, convox and the gateway, at once and each for 5 s at most. It changes nothing at the gateway. Ends with 0 without a problem, with the code of the problem where all there are have the same one, else with 1; a warning is no problem.',
    examples: ['rack-gateway doctor', 'rack-gateway doctor --rack production', 'rack-gateway doctor --json'],
    flags: { rack: rackFlag, json: jsonFlag },
    waits: 'looking',
    run: async (context, { rack = null, json }) =>
      (await import('../commands/doctor.ts')).doctor(context, rack, formatOf(json)),
  }),
  command({
    name: 'version',
    summary: 'print the versions of this command, the gateway and the rack',
    about:
      'What can’t be asked is said on stderr, and so is a newer version that the gateway asks for. rack-gateway --version prints this command’s own, and asks nobody.',
    examples: ['rack-gateway version', 'rack-gateway version --rack production --json'],
    flags: { rack: rackFlag, json: jsonFlag },
    waits: 'asking the gateway',
    run: async (context, { rack = null, json }) =>
      (await import('../commands/version.ts')).versionCommand(context, rack, formatOf(json)),
  }),
]
