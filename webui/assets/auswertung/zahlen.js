// Numbers as the pages write them: 1'220.
export const tausender = (value) => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, "'");
