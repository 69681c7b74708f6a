//! Short word lists for a shop, where made-up Latin would not do.

/// What a product is like.
pub(super) const QUALITIES: &[&str] = &[
    "Bright",
    "Compact",
    "Ergonomic",
    "Foldable",
    "Gentle",
    "Handmade",
    "Heavy",
    "Light",
    "Modern",
    "Modular",
    "Plain",
    "Quiet",
    "Refined",
    "Rugged",
    "Rustic",
    "Sleek",
    "Small",
    "Smooth",
    "Sturdy",
    "Vintage",
];

/// What a product is made of.
pub(super) const MATERIALS: &[&str] = &[
    "Bamboo", "Brass", "Ceramic", "Copper", "Cotton", "Felt", "Glass", "Granite", "Leather", "Linen",
    "Maple", "Marble", "Oak", "Pine", "Rubber", "Slate", "Steel", "Walnut", "Wicker", "Wool",
];

/// What a product is.
pub(super) const THINGS: &[&str] = &[
    "Backpack", "Basket", "Bench", "Blanket", "Bottle", "Bowl", "Chair", "Clock", "Coat", "Desk", "Gloves",
    "Hat", "Jug", "Kettle", "Knife", "Lamp", "Mirror", "Mug", "Notebook", "Pillow", "Plate", "Rack", "Rug",
    "Scarf", "Shelf", "Shoes", "Stool", "Table", "Towel", "Tray", "Vase", "Wallet",
];

/// The departments of a shop.
pub(super) const CATEGORIES: &[&str] = &[
    "Automotive",
    "Baby",
    "Beauty",
    "Books",
    "Clothing",
    "Computers",
    "Electronics",
    "Games",
    "Garden",
    "Grocery",
    "Health",
    "Home",
    "Jewelry",
    "Kids",
    "Movies",
    "Music",
    "Outdoors",
    "Shoes",
    "Sports",
    "Tools",
    "Toys",
];
