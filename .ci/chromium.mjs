// Finds Chromium for the tests of the web console. As root on Debian, can also install Chromium.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { canInstall, installPackages, updateLists } from './apt-get.mjs'

// The headless shell is Chromium without windows. It comes first, because the tests use less processor time with it.
const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/** @returns the path of Chromium; null if there is none */
export function findChromium() {
  const { CHROMIUM_BIN, PATH = '' } = process.env
  if (CHROMIUM_BIN) return CHROMIUM_BIN
  const candidates = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  return candidates.find(isExecutable) ?? null
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** @returns the path of the installed Chromium; null if it cannot be installed here */
export function installChromium() {
  if (!canInstall()) return null
  console.log('\n── Chromium is missing. The tests of the web console need it: installing its package from Debian.')
  updateLists()
  // Older releases of Debian have no package of the headless shell alone.
  for (const name of ['chromium-headless-shell', 'chromium']) {
    installPackages(name)
    const path = findChromium()
    if (path !== null) return path
  }
  return null
}
