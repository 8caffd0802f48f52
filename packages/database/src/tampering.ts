import type { Sql, TransactionSql } from 'postgres'

/** `prevented`: the login can only add events. `detected`: it can change events, which the hash chain reveals. */
export type TamperProtection = 'prevented' | 'detected'

/**
 * Returns `prevented` if the login of `sql` has none of these:
 *
 * - a privilege to change or remove events, checkpoints, or archives
 * - membership in an owner of these tables, or of the schema, its functions, or the database
 * - the rights of a superuser, or of a role that can write all data, write server files, or run server programs
 */
export async function tamperProtection(sql: Sql | TransactionSql): Promise<TamperProtection> {
  const [found] = await sql`
    with guarded as (
      select c.oid, c.relowner from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'audit' and c.relkind in ('r', 'p') and (c.relname like 'events%' or c.relname in ('checkpoints', 'archives'))
    ), owners as (
      select relowner as owner from guarded
      union select nspowner from pg_catalog.pg_namespace where nspname = 'audit'
      union select datdba from pg_catalog.pg_database where datname = current_database()
      union select proowner from pg_catalog.pg_proc where pronamespace = 'audit'::regnamespace
    )
    select
      exists (select from guarded where has_table_privilege(current_user, oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER')
        or has_any_column_privilege(current_user, oid, 'UPDATE'))
      or exists (select from owners where pg_has_role(current_user, owner, 'MEMBER'))
      or exists (select from pg_catalog.pg_roles r where r.rolsuper and pg_has_role(current_user, r.oid, 'MEMBER'))
      or exists (select from pg_catalog.pg_roles r
        where r.rolname in ('pg_execute_server_program', 'pg_write_server_files', 'pg_write_all_data')
        and pg_has_role(current_user, r.oid, 'MEMBER'))
      as tamperable`
  return found?.tamperable === false ? 'prevented' : 'detected'
}
