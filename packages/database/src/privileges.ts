import type { TransactionSql } from 'postgres'
import { RuntimeRoleMissing } from './errors/errors.ts'

/** Partitions are used only through `audit.events`, so they need no grant. @throws RuntimeRoleMissing */
export async function grantRuntime(tx: TransactionSql, runtimeRole: string): Promise<void> {
  const [found] = await tx`
    select rolname = current_user as owner from pg_catalog.pg_roles where rolname = ${runtimeRole}`
  if (!found) throw new RuntimeRoleMissing(runtimeRole)
  await tx.unsafe(revokeFrom('PUBLIC'))
  if (found.owner) return
  const role = quoteIdentifier(runtimeRole)
  await tx.unsafe(`
    ${revokeFrom(role)}
    GRANT USAGE ON SCHEMA gateway, audit TO ${role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA gateway TO ${role};
    REVOKE INSERT, UPDATE, DELETE ON gateway.migrations FROM ${role};
    REVOKE INSERT, DELETE ON gateway.revision FROM ${role};
    REVOKE UPDATE ON gateway.changed_subjects FROM ${role};
    GRANT SELECT, INSERT ON audit.events, audit.streams, audit.checkpoints TO ${role};
    GRANT SELECT ON audit.archives TO ${role};
    GRANT SELECT, INSERT, UPDATE ON audit.trees, audit.deliveries TO ${role};
    GRANT UPDATE (lease_until, closed_at, adopted_by, accounted_seq, accounted_at) ON audit.streams TO ${role};
    GRANT SELECT, INSERT ON audit.sinks, audit.sink_positions, audit.sink_dead_letters TO ${role};
    GRANT UPDATE (seq, held_by, held_until, finished) ON audit.sink_positions TO ${role};
    GRANT EXECUTE ON FUNCTION audit.ensure_partition(date) TO ${role};
    GRANT EXECUTE ON FUNCTION audit.facet_of(text, text, text, text, text), audit.address_of(text) TO ${role};
    GRANT EXECUTE ON FUNCTION audit.network_of(text), audit.words_of(text, text) TO ${role};
  `)
}

function revokeFrom(role: string) {
  return `
    REVOKE ALL ON SCHEMA gateway, audit FROM ${role};
    REVOKE ALL ON ALL TABLES IN SCHEMA gateway, audit FROM ${role};
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA gateway, audit FROM ${role};
  `
}

function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
