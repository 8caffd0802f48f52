import { existsSync } from 'node:fs'

/** As root on Debian, the test command installs the programs that tests start. So there, no such test is skipped. */
export const mustHavePrograms = process.getuid?.() === 0 && existsSync('/etc/debian_version')
