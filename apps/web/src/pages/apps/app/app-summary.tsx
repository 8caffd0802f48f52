import { Link } from '@tanstack/react-router'
import type { App } from '../../../api/rack-data/readers.ts'
import { Badge } from '../../../ui/badge.tsx'
import { VisibleText } from '../../../ui/visible-text.tsx'
import { StatusBadge } from '../list/status-badge.tsx'
import styles from './app-summary.module.css'
import { useApp } from './use-app.ts'

export function AppSummary({ app }: { readonly app: App }) {
  const { rack, app: name } = useApp()
  return (
    <span className={styles.facts}>
      <StatusBadge status={app.status} />
      {app.isLocked && (
        <Badge tone="neutral" sign={false}>
          Locked against deletion
        </Badge>
      )}
      {app.release === '' ? (
        'No release runs yet.'
      ) : (
        <span>
          Release{' '}
          <Link to="/apps/$rack/$app/releases" params={{ rack, app: name }} search={{ open: app.release }}>
            <VisibleText>{app.release}</VisibleText>
          </Link>
        </span>
      )}
    </span>
  )
}
