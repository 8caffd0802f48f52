import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A policy in which some operations need a proof of a second factor. */
const stepUpPolicy = `version: 1
stepUp:
  rules:
    recent-proof:
      permissions:
        - build:list
        - app:create
        - app:update
        - app:lock
        - object:create
        - build:create
        - log:read
        - rack:log-read
        - process:exec-any
        - resource:proxy
        - proxy:open
      require: { recent: 10m }
    every-call:
      permissions: [process:run, service:restart, resource:import]
      require: { always: any }
    app-delete:
      permissions: [app:delete]
      require: always
    production-promotes:
      permissions: [release:promote]
      racks: [staging]
      require: { recent: 10m, except: ["service-account:ci"] }
`

/** @returns the path of the document */
export function writeStepUpPolicy(text = stepUpPolicy): string {
  const path = join(mkdtempSync(join(tmpdir(), 'rack-gateway-step-up-')), 'policy.yaml')
  writeFileSync(path, text)
  return path
}
