import type { ReactNode } from 'react'
import styles from './card.module.css'
import { Row } from './row.tsx'

interface CardProps {
  readonly title: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}

export function Card({ title, actions, children }: CardProps) {
  return (
    <section className={styles.card} aria-label={title}>
      <Row as="header" justify="between">
        <h2>{title}</h2>
        {actions}
      </Row>
      {children}
    </section>
  )
}
