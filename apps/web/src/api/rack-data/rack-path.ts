declare const brand: unique symbol

/** A path of the rack API, whose variable parts are each exactly one segment. */
export type RackPath = string & { readonly [brand]: true }

/** A link from another person can have any text as a name. This pattern keeps a name from leading to another path. */
const segment = /^(?!\.{1,2}$)[A-Za-z0-9._~!$&'()*+,=:@-]{1,200}$/

/** A text in the address of the page cannot be the name of a rack or an app, or an ID. */
export class InvalidName extends Error {
  constructor(name: string) {
    super(
      `“${name.slice(0, 100)}” is not a valid name of a rack or an app, nor a valid ID. Check the address of this page.`,
    )
    this.name = 'InvalidName'
  }
}

/**
 * A path of the rack API, such as rackPath`/apps/${app}/releases?limit=20`.
 *
 * @throws InvalidName if a variable part is no segment of a path
 */
export function rackPath(text: TemplateStringsArray, ...names: readonly string[]): RackPath {
  return String.raw({ raw: text }, ...names.map(checkName)) as RackPath
}

/** @throws InvalidName */
export function checkName(name: string): string {
  if (!segment.test(name)) throw new InvalidName(name)
  return name
}

/** Why a text in the address of the page cannot be a name; null if it can. */
export function nameFault(name: string): InvalidName | null {
  return segment.test(name) ? null : new InvalidName(name)
}
