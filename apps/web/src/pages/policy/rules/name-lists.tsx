import type { PolicyMatrix } from '@rack-gateway/gateway-api'
import { Card } from '../../../ui/layout/card.tsx'
import { Row } from '../../../ui/layout/row.tsx'
import { Stack } from '../../../ui/layout/stack.tsx'
import { PolicySource } from '../../../ui/text/policy-source.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import styles from './rules.module.css'

const lists = [
  ['runServices', 'Services that commands can run in'],
  ['secretKeys', 'Environment keys with secret values'],
  ['secretParameters', 'Parameters with secret values'],
  ['protectedKeys', 'Environment keys that nobody can change'],
  ['protectedParameters', 'Parameters that nobody can change'],
  ['proxyHosts', 'Hosts that a proxy can reach'],
] as const satisfies readonly (readonly [keyof PolicyMatrix['names'], string])[]

export function NameLists({ names }: { readonly names: PolicyMatrix['names'] }) {
  return (
    <Card title="Names and patterns">
      <Stack as="dl" gap={3}>
        {lists.map(([list, title]) => (
          <div key={list}>
            <dt className={styles.title}>{title}</dt>
            <dd>
              {names[list].length === 0 && <span className="soft">None</span>}
              <Row as="ul">
                {names[list].map(({ name, source }) => (
                  <li key={name} className={styles.chip}>
                    <VisibleText as="code">{name}</VisibleText> <PolicySource source={source} />
                  </li>
                ))}
              </Row>
            </dd>
          </div>
        ))}
      </Stack>
    </Card>
  )
}
