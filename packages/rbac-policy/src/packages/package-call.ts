import type { Principal, RackCall } from '../model/types.ts'
import type { PackageCall, PackagePrincipal } from './types.ts'

/** Frozen copies, so that a package cannot change the call that is forwarded. */
export function packageCallOf(call: RackCall): PackageCall {
  const { rack, app, route, params, parameters, service, process, command, environment, release, resource } = call
  return Object.freeze({
    rack,
    app,
    route: route.id,
    permission: route.permission,
    changes: route.changes,
    params: Object.freeze({ ...params }),
    parameters: Object.freeze({
      query: listOf(parameters.query),
      form: listOf(parameters.form),
      headers: listOf(parameters.headers),
    }),
    service: service ?? process?.service ?? null,
    process: process && Object.freeze({ id: process.id, service: process.service, own: process.own }),
    command: command && Object.freeze({ mode: command.mode, argv: command.argv && listOf(command.argv) }),
    instanceCommand: call.instanceCommand ?? null,
    environment: environment && Object.freeze({ changed: listOf(environment.changed) }),
    release: release && Object.freeze({ id: release.id, newest: release.newest }),
    resource: resource && Object.freeze({ app: resource.app, name: resource.name }),
    at: call.at,
    address: call.address,
  })
}

export function packagePrincipalOf(principal: Principal, roles: readonly string[]): PackagePrincipal {
  const { kind, id, name, groups, owner } = principal
  return Object.freeze({
    kind,
    id,
    name,
    groups: listOf(groups),
    roles: listOf(roles),
    owner: owner && Object.freeze({ kind: owner.kind, id: owner.id, name: owner.name }),
  })
}

function listOf(names: readonly string[]): readonly string[] {
  return Object.freeze([...names])
}
