/** Temporal search attributes of sessions and tasks: what lists are filtered by. Never content. */
export const searchAttributeNames = {
  workspace: 'OffstageWorkspace',
  user: 'OffstageUser',
  agent: 'OffstageAgent',
  status: 'OffstageStatus',
  depth: 'OffstageDepth',
} as const;

/** The types that the server registers them with. */
export const searchAttributeTypes = {
  OffstageWorkspace: 'Keyword',
  OffstageUser: 'Keyword',
  OffstageAgent: 'Keyword',
  OffstageStatus: 'Keyword',
  OffstageDepth: 'Int',
} as const satisfies Record<
  (typeof searchAttributeNames)[keyof typeof searchAttributeNames],
  'Keyword' | 'Int'
>;
