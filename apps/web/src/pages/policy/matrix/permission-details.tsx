import type { PolicyMatrix } from '@rack-gateway/gateway-api'
import { Fragment } from 'react'
import { Stack } from '../../../ui/layout/stack.tsx'
import { PolicySource } from '../../../ui/text/policy-source.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { conditionsText } from '../rules/conditions-text.ts'
import styles from './permission-details.module.css'
import { permissionOrigins } from './permission-origin.ts'

interface PermissionDetailsProps {
  readonly permission: PolicyMatrix['permissions'][number]
  readonly matrix: PolicyMatrix
}

export function PermissionDetails({ permission, matrix }: PermissionDetailsProps) {
  const holders = matrix.roles.filter(({ name }) => permission.roles.includes(name))
  const operations = matrix.routes.filter((route) => route.permission === permission.name)
  return (
    <div className={styles.details}>
      <Stack as="section" gap={1}>
        <h2>Roles with this permission</h2>
        {holders.length === 0 && <p>No role has this permission.</p>}
        <Stack as="ul" gap={1}>
          {holders.map((role) => (
            <li key={role.name}>
              <VisibleText>{role.name}</VisibleText>
              {permissionOrigins(role, permission, matrix.roles).map((origin) => (
                <Fragment key={origin.name}>
                  {origin.name !== role.name && (
                    <>
                      , through <VisibleText>{origin.name}</VisibleText>
                    </>
                  )}{' '}
                  (<PolicySource source={origin.source} />)
                </Fragment>
              ))}
              {role.conditions.length > 0 && (
                <>
                  , only <VisibleText>{conditionsText(role.conditions)}</VisibleText>
                </>
              )}
            </li>
          ))}
        </Stack>
      </Stack>
      <Stack as="section" gap={1}>
        <h2>Operations that need it</h2>
        {operations.length === 0 && (
          <p>No operation always needs this permission. Some need it for certain parameters, values, or items.</p>
        )}
        <Stack as="ul" gap={1}>
          {operations.map(({ id, summary }) => (
            <li key={id}>
              {summary}{' '}
              <code className="soft">
                <VisibleText>{id}</VisibleText>
              </code>
            </li>
          ))}
        </Stack>
      </Stack>
    </div>
  )
}
