import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A policy in which some operations need a proof of a second factor. */
const stepUpPolicy = `version: 1
stepUp:
  permissions:
    build:list: { recent: 10m }
    app:create: { recent: 10m }
    app:update: { recent: 10m }
    app:lock: { recent: 10m }
    object:create: { recent: 10m }
    build:create: { recent: 10m }
    log:read: { recent: 10m }
    rack:log-read: { recent: 10m }
    process:exec-any: { recent: 10m }
    process:run: { always: any }
    service:restart: { always: any }
    app:delete: always
    resource:import: { always: any }
    resource:proxy: { recent: 10m }
    proxy:open: { recent: 10m }
    release:promote: { recent: 10m, except: ["service-account:ci"] }
`

/** @returns the path of the document */
export function writeStepUpPolicy(text = stepUpPolicy): string {
  const path = join(mkdtempSync(join(tmpdir(), 'rack-gateway-step-up-')), 'policy.yaml')
  writeFileSync(path, text)
  return path
}
