/** What narrows a search of the audit log. */
export const filterFlags = {
  since: { about: 'not before: 2h, 3d, 2027-01-31, 2027-01-31T12:00Z', value: 'TIME' },
  until: { about: 'before such a time', value: 'TIME' },
  principal: { about: 'who: an e-mail address, "token:NAME (OWNER)", or an id', value: 'WHO' },
  inRack: { about: 'the rack that the call was for', value: 'NAME' },
  app: { about: 'the app', value: 'NAME', short: 'a', names: 'app' },
  kind: { about: 'the kind of event, such as intent or login.failed', value: 'KIND' },
  permission: { about: 'such as release:promote', value: 'PERMISSION' },
  route: { about: 'the id of a route, such as "POST /apps/{app}/builds"', value: 'ROUTE' },
  effect: { about: 'of the decision', choices: ['allow', 'deny', 'needs'] },
  rule: { about: 'the rule that decided', value: 'RULE' },
  status: { about: '403, or a class such as 5xx', value: 'STATUS' },
  command: { about: 'words of the command, in their order', value: 'WORDS' },
  address: { about: 'where it came from: an address, or a block such as 192.0.2.0/24', value: 'ADDRESS' },
  request: { about: 'the request id that a caller was shown: all events of one call', value: 'ID' },
  stream: { about: 'the start of one gateway process', value: 'ID' },
} as const
