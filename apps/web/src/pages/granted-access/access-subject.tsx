import type { GrantedAccess } from '@rack-gateway/gateway-api'
import { Link } from '@tanstack/react-router'
import { can } from '../../api/can.ts'
import { useMe } from '../../api/queries.ts'
import { Tag } from '../../ui/status/badge.tsx'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { subjectKindNames } from '../people/subjects/subjects.ts'
import styles from './access-subject.module.css'

/** Who has the access. The name of a user is a link to what the user can do where. */
export function AccessSubject({ subject }: { readonly subject: GrantedAccess['subject'] }) {
  const { kind, id, name, owner } = subject
  const canOpenUsers = can(useMe(), 'gateway:user:write')
  return (
    <span className={styles.subject}>
      {kind === 'user' ? (
        <Link to={canOpenUsers ? '/people/users' : '/people/access-review'} search={{ open: id }}>
          <VisibleText>{name}</VisibleText>
        </Link>
      ) : (
        <VisibleText>{name}</VisibleText>
      )}{' '}
      <Tag tone="neutral">{subjectKindNames[kind] ?? kind}</Tag>
      {owner !== null && (
        <span className="soft">
          {' of '}
          <VisibleText>{owner}</VisibleText>
        </span>
      )}
    </span>
  )
}
