//! The names that `{ fake: … }` knows.

/// A kind of made-up text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FakeName {
    /// `Ergonomic Oak Lamp`
    ProductName,
    /// `Garden`
    Category,
    /// A browser's identification.
    UserAgent,
    /// A given name.
    FirstName,
    /// A family name.
    LastName,
    /// Given and family name.
    FullName,
    /// An address at a domain reserved for examples.
    Email,
    /// A login name.
    Username,
    /// A city.
    City,
    /// A street.
    Street,
    /// A country's English name.
    Country,
    /// Two letters, ISO 3166.
    CountryCode,
    /// A postal code.
    ZipCode,
    /// A telephone number.
    Phone,
    /// A company.
    Company,
    /// A job title.
    JobTitle,
    /// An IPv4 address.
    Ip,
    /// Three letters, ISO 4217.
    CurrencyCode,
    /// A Latin word.
    Word,
    /// A Latin sentence of four to eight words.
    Sentence,
}

/// Every fake by its name in scenario files.
pub const FAKES: &[(&str, FakeName)] = &[
    ("product_name", FakeName::ProductName),
    ("category", FakeName::Category),
    ("user_agent", FakeName::UserAgent),
    ("first_name", FakeName::FirstName),
    ("last_name", FakeName::LastName),
    ("full_name", FakeName::FullName),
    ("email", FakeName::Email),
    ("username", FakeName::Username),
    ("city", FakeName::City),
    ("street", FakeName::Street),
    ("country", FakeName::Country),
    ("country_code", FakeName::CountryCode),
    ("zip_code", FakeName::ZipCode),
    ("phone", FakeName::Phone),
    ("company", FakeName::Company),
    ("job_title", FakeName::JobTitle),
    ("ip", FakeName::Ip),
    ("currency_code", FakeName::CurrencyCode),
    ("word", FakeName::Word),
    ("sentence", FakeName::Sentence),
];

impl FakeName {
    /// The fake of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        FAKES.iter().find(|(known, _)| *known == name).map(|(_, fake)| *fake)
    }
}
