import { existsSync } from 'node:fs'

/** Programs that `.ci/debian-packages.mjs` installs. Tests that need them are skipped where it installs nothing. */
export const isInstalledByTests = process.getuid?.() === 0 && existsSync('/etc/debian_version')
