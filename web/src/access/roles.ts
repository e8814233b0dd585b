/** roles of a member in an account, from most to least; the same words as in internal/access. */
export const roles = ['owner', 'marketer', 'chat_operator', 'accountant', 'viewer'] as const

/** scopes that an API key may have. Running the account is for people. */
export const scopes = [
  'contacts.view',
  'contacts.edit',
  'contacts.export',
  'campaigns.view',
  'campaigns.edit',
  'campaigns.send',
  'messages.send',
  'senders.view',
  'senders.edit',
] as const
