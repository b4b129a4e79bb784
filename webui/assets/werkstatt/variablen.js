// What the case's expressions can read, as the server gathered it from forms, mappings and results of all files of the draft.

export async function variablesOf(root) {
  const response = await fetch(root.dataset.variablen, { credentials: "same-origin" }).catch(() => null);
  return response?.ok ? (await response.json()).variablen : [];
}

// Those the editor found by itself come first and hide ours of the same name.
export function besides(own, variables) {
  const known = new Set(own.map((one) => one.name));
  return [...own, ...variables.filter((one) => !known.has(one.name))];
}
