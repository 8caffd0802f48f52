import type { GrantedAccess } from '@rack-gateway/gateway-api'
import { Badge } from '../../ui/status/badge.tsx'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { conditionsText } from '../policy/rules/conditions-text.ts'
import { abilitiesText } from './abilities.ts'
import styles from './granted-permissions.module.css'

/** What a binding allows now, with each permission on demand, and the conditions of its role. */
export function GrantedPermissions({ access }: { readonly access: GrantedAccess }) {
  const { allows, inactive, conditions } = access
  return (
    <div className={styles.permissions}>
      {inactive === null ? (
        <details>
          <summary>{abilitiesText(allows)}</summary>
          <VisibleText>{allows.join(', ')}</VisibleText>
        </details>
      ) : (
        <span>
          <Badge tone="neutral">Nothing now</Badge> <VisibleText>{inactive}</VisibleText>
        </span>
      )}
      {conditions.length > 0 && (
        <p className="soft">
          Only <VisibleText>{conditionsText(conditions)}</VisibleText>
        </p>
      )}
    </div>
  )
}
