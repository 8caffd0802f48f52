import { Fragment } from 'react'
import { useMe } from '../../../api/queries.ts'
import { VisibleText } from '../../../ui/text/visible-text.tsx'

export function NoRacks() {
  const { administrators } = useMe()
  return (
    <p className="soft">
      You have no role on any rack yet.{' '}
      {administrators === undefined ? (
        'Ask an administrator of this gateway for a role'
      ) : (
        <>
          Ask for a role:{' '}
          {administrators.map((email, index) => (
            <Fragment key={email}>
              {index > 0 && ', '}
              <a href={`mailto:${encodeURIComponent(email)}`}>
                <VisibleText>{email}</VisibleText>
              </a>
            </Fragment>
          ))}
        </>
      )}
      . Then reload this page.
    </p>
  )
}
