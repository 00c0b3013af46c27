// What a person has made of the policies, beside what they are. Pure.

/** Drafts of the policies of services and service networks, by the API's names of them. */
export class Drafts {
  constructor() {
    this.resources = [];
    this.edited = new Map();
  }

  /** Take the policies as they are now; drafts stay. */
  take(resources) {
    this.resources = resources;
    for (const name of [...this.edited.keys()]) if (!this.find(name)) this.edited.delete(name);
  }

  /** What the API says of one. */
  find(name) {
    return this.resources.find((each) => each.resource === name);
  }

  /** Its draft, or what it is. */
  of(name) {
    return this.edited.get(name) ?? asItIs(this.find(name));
  }

  /** Change its text or its AuthType; as it is is no draft. */
  edit(name, changes) {
    const draft = { ...this.of(name), ...changes };
    const now = asItIs(this.find(name));
    if (draft.text === now.text && draft.authType === now.authType) this.edited.delete(name);
    else this.edited.set(name, draft);
  }

  reset(name) {
    this.edited.delete(name);
  }

  isEdited(name) {
    return this.edited.has(name);
  }

  /** The changes as the API takes them; a policy without text is none. */
  get changes() {
    return [...this.edited].map(([resource, { text, authType }]) => ({ resource, auth_type: authType, policy: text.trim() ? text : null }));
  }
}

const asItIs = ({ policy, auth_type: authType }) => ({ text: policy ? JSON.stringify(policy, null, 2) : "", authType });

/** The bytes of a policy as VPC Lattice counts them, without white space; of what is no JSON, as it stands. */
export function sizeOf(text) {
  let counted = text;
  try {
    counted = JSON.stringify(JSON.parse(text));
  } catch {
    // As it stands.
  }
  return new TextEncoder().encode(counted).length;
}
