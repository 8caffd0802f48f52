import type { ReactNode } from 'react'
import styles from './card.module.css'
import { Row } from './row.tsx'

interface CardProps {
  /** For links to the card. */
  readonly id?: string
  readonly title: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}

export function Card({ id, title, actions, children }: CardProps) {
  return (
    <section id={id} tabIndex={-1} className={styles.card} aria-label={title}>
      <Row as="header" justify="between">
        <h2>{title}</h2>
        {actions}
      </Row>
      {children}
    </section>
  )
}
