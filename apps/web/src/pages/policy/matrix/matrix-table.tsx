import type { PolicyMatrix } from '@rack-gateway/gateway-api'
import { getRouteApi } from '@tanstack/react-router'
import { Check } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { useMe } from '../../../api/queries.ts'
import { ScrollArea } from '../../../ui/layout/scroll-area.tsx'
import { Tag } from '../../../ui/status/badge.tsx'
import { PolicySource } from '../../../ui/text/policy-source.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import styles from './matrix-table.module.css'
import { PermissionDetails } from './permission-details.tsx'
import type { PermissionGroup } from './permission-groups.ts'

type Permission = PolicyMatrix['permissions'][number]

interface MatrixTableProps {
  readonly matrix: PolicyMatrix
  readonly groups: readonly PermissionGroup[]
}

export function MatrixTable({ matrix, groups }: MatrixTableProps) {
  const me = useMe()
  if (groups.length === 0) return <p role="status">No permission matches the filter.</p>
  const { roles } = matrix
  return (
    <ScrollArea label="Roles and permissions" height="page">
      <table className={styles.matrix}>
        <thead>
          <tr className={styles.head}>
            <th scope="col">Permission</th>
            {roles.map(({ name, description, source }) => (
              <th key={name} scope="col" title={description}>
                <VisibleText>{name}</VisibleText>
                <span className={styles.line}>
                  <PolicySource source={source} />
                </span>
                {me.roles.includes(name) && <Tag tone="accent">Yours</Tag>}
              </th>
            ))}
          </tr>
        </thead>
        {groups.map(({ name, permissions }) => (
          <tbody key={name}>
            <tr>
              <th scope="rowgroup" colSpan={roles.length + 1} className={styles.group}>
                {name}
              </th>
            </tr>
            {permissions.map((permission) => (
              <PermissionRows key={permission.name} permission={permission} matrix={matrix} />
            ))}
          </tbody>
        ))}
      </table>
    </ScrollArea>
  )
}

const route = getRouteApi('/policy')

function PermissionRows({ permission, matrix }: { readonly permission: Permission; readonly matrix: PolicyMatrix }) {
  const { permission: open } = route.useSearch()
  const navigate = route.useNavigate()
  const isOpen = open === permission.name
  const details = useRef<HTMLTableRowElement>(null)
  useEffect(() => {
    if (isOpen) details.current?.scrollIntoView({ block: 'nearest' })
  }, [isOpen])
  const show = () =>
    navigate({
      search: ({ permission: _, ...others }) => ({ ...others, ...(!isOpen && { permission: permission.name }) }),
    })
  return (
    <>
      <tr className={styles.row} data-open={isOpen}>
        <th scope="row">
          <button type="button" aria-expanded={isOpen} className={styles.name} onClick={() => void show()}>
            {permission.name}
          </button>
          <span className={styles.description}>{permission.description}</span>
        </th>
        {matrix.roles.map(({ name }) => (
          <td key={name}>{permission.roles.includes(name) ? <Yes /> : <span className="visually-hidden">no</span>}</td>
        ))}
      </tr>
      {isOpen && (
        <tr ref={details}>
          <td colSpan={matrix.roles.length + 1} className={styles.details}>
            <PermissionDetails permission={permission} matrix={matrix} />
          </td>
        </tr>
      )}
    </>
  )
}

function Yes() {
  return (
    <>
      <Check aria-hidden size={14} strokeWidth={2.5} />
      <span className="visually-hidden">yes</span>
    </>
  )
}
